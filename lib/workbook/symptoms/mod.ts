/**
 * From a symptom to its causes, and to the lesson that explains it.
 *
 * | file         | what it does                                          |
 * | ------------ | ----------------------------------------------------- |
 * | `symptom.ts` | what an entry says                                    |
 * | `words.ts`   | turns what people write into comparable words         |
 * | `find.ts`    | finds the entries that fit a text                     |
 * | `show.ts`    | shows an entry, several, or all, on a terminal        |
 * | `tables.ts`  | the tables in the READMEs                             |
 * | `ask_why.ts` | names the command that explains an error              |
 *
 * The entries themselves are in `lessons/symptoms.ts`.
 *
 * @module
 */

export * from "./ask_why.ts";
export * from "./find.ts";
export * from "./show.ts";
export * from "./symptom.ts";
export * from "./tables.ts";
export * from "./words.ts";
