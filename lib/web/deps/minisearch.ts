export { default } from "npm:minisearch@7.2.0";
export type { SearchResult } from "npm:minisearch@7.2.0";
