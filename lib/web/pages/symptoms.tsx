import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../workbook/checker/catalog.ts";
import type { Symptom, SymptomGroup } from "../../workbook/symptoms/symptom.ts";
import { renderInline } from "../reading/reading.ts";
import { slugOf } from "../reading/slug.ts";
import { lessonPath, pageAt, type Site } from "../site.ts";
import { Island, type Page } from "./layout.tsx";

/** The most codes to show for a symptom. The search knows all of them. */
const MAX_CODES = 3;

/**
 * Loads the symptoms that `deno task why` knows.
 *
 * @returns The symptoms by group.
 */
export async function loadSymptoms(): Promise<SymptomGroup[]> {
  const file = join(ROOT, "lessons", "symptoms.ts");
  return (await import(pathToFileURL(file).href)).groups;
}

/** Makes the page that leads from symptoms to their causes. */
export async function symptomsPage(site: Site): Promise<Page> {
  const groups = await loadSymptoms();
  return {
    title: "What went wrong? · Socket Workbook",
    kind: "text",
    path: "symptoms",
    body: (
      <main id="main" class="reading symptoms">
        <h1>What went wrong?</h1>
        <p>
          Find what you see, its likely causes, and what to do. In a terminal,
          {" "}
          <code>deno task why ECONNRESET</code> finds the same.
        </p>
        <Island name="symptoms" />
        {groups.map(({ name, symptoms }) => (
          <section>
            <h2>{name}</h2>
            {symptoms.map((symptom) => (
              <Entry key={symptom.id} {...{ site, symptom }} />
            ))}
          </section>
        ))}
      </main>
    ),
  };
}

function Entry({ site, symptom }: { site: Site; symptom: Symptom }) {
  const { id, title, means, causes, deno, codes = [] } = symptom;
  return (
    <details id={id} class="symptom">
      <summary>
        <b>{title}</b>{" "}
        <span class="names">
          {deno !== undefined && <Text markdown={deno} />}
          {codes.slice(0, MAX_CODES).map((code) => (
            <code key={code}>{code}</code>
          ))}
        </span>
        <span class="means">
          <Text markdown={sentence(means)} />
        </span>
      </summary>
      <ol>
        {causes.map(({ because, tell, fix }) => (
          <li>
            <Text markdown={because} />
            {tell !== undefined && (
              <p>
                <b>Check:</b> <Text markdown={tell} />
              </p>
            )}
            <p>
              <b>Fix:</b> <Text markdown={fix} />
            </p>
          </li>
        ))}
      </ol>
      <Read site={site} symptom={symptom} />
    </details>
  );
}

/** Links to the section that explains it. */
function Read({ site, symptom: { lesson, heading } }: {
  site: Site;
  symptom: Symptom;
}) {
  const path = `lessons/${lesson.replaceAll("_", "-")}`;
  const found = site.lessons.find((one) => lessonPath(one) === path);
  if (found === undefined) return null;
  const hash = heading === undefined ? "" : `#${slugOf(heading)}`;
  return (
    <p>
      Read: <a href={pageAt(site, path + hash)}>{heading ?? found.title}</a>
      {heading !== undefined && ` in lesson ${found.number}, ${found.title}`}
    </p>
  );
}

function Text({ markdown }: { markdown: string }) {
  return <span dangerouslySetInnerHTML={{ __html: renderInline(markdown) }} />;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1) + ".";
}
