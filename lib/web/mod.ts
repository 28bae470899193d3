/**
 * The workbook in a browser: `deno task web`.
 *
 * The pages are a second interface to the same parts: text comes from the
 * READMEs, runs come from `lesson.ts`, and verdicts come from the checker. Only
 * this folder loads npm packages, and only this task loads this folder.
 *
 * | path          | what it does                                               |
 * | ------------- | ---------------------------------------------------------- |
 * | `contract.ts` | the interface for the command line                         |
 * | `server.ts`   | serves the pages on this machine                           |
 * | `guard.ts`    | rejects requests from other sites                          |
 * | `routes.ts`   | answers each request                                       |
 * | `live/`       | runs lessons and examples, and checks answers on each save |
 * | `pages/`      | the pages, rendered on the server                          |
 * | `reading/`    | turns the READMEs into HTML                                |
 * | `parts/`      | parts of pages that the server and the browser share       |
 * | `client/`     | the code that runs in the browser                          |
 * | `draw/`       | draws a run's events                                       |
 * | `style/`      | the style sheets                                           |
 * | `bundle.ts`   | bundles `client/`, once for each version of it             |
 * | `protocol.ts` | the messages between the server and its pages              |
 * | `build.ts`    | writes it all as static pages                              |
 *
 * @module
 */
export { buildSite } from "./build.ts";
export * from "./contract.ts";
export { startServer } from "./server.ts";
export type { Lesson } from "../workbook/checker/catalog.ts";
