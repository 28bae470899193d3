import type { Site } from "../site.ts";
import { textPage } from "./text.tsx";
import type { Page } from "./layout.tsx";

/** The page that leads from what you see to its causes. */
export async function symptomsPage(site: Site): Promise<Page> {
  return await textPage(site, {
    file: "lessons/SYMPTOMS.md",
    path: "symptoms",
    title: "What went wrong?",
  });
}
