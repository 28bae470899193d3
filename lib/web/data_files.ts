import { loadSymptoms } from "./pages/symptoms.tsx";
import { searchDocuments } from "./search.ts";
import type { Site } from "./site.ts";

/** The data that pages load once they need it, by name. */
export const dataFiles: Record<string, (site: Site) => Promise<unknown>> = {
  "search.json": searchDocuments,
  "symptoms.json": async () =>
    (await loadSymptoms()).flatMap(({ symptoms }) => symptoms),
};
