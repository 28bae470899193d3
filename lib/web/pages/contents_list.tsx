import type { Lesson } from "../../workbook/checker/catalog.ts";
import { exercisesOf } from "../../workbook/checker/checker.ts";
import { hasGlossary } from "./text.tsx";
import { Dots } from "../parts/dots.tsx";
import { lessonPath, pageAt, type Site } from "../site.ts";

/**
 * Lists the lessons by part, with the state of their exercises, and the tools.
 */
export function Contents({ site, path }: { site: Site; path: string }) {
  const link = (to: string, text: string) => (
    <a href={pageAt(site, to)} aria-current={to === path ? "page" : undefined}>
      <span>{text}</span>
    </a>
  );
  return (
    <>
      {partsOf(site.lessons).map(({ part, lessons }) => (
        <section>
          <h2>{part}</h2>
          <ul>
            {lessons.map((lesson) => (
              <li>
                <a
                  href={pageAt(site, lessonPath(lesson))}
                  aria-current={lessonPath(lesson) === path
                    ? "page"
                    : undefined}
                >
                  <span>
                    <span class="number">{lesson.number}</span> {lesson.title}
                  </span>
                  <LessonDots site={site} lesson={lesson} />
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section>
        <h2>Tools</h2>
        <ul>
          <li>{link("packets", "Packets")}</li>
          <li>{link("symptoms", "What went wrong?")}</li>
          {hasGlossary() && <li>{link("glossary", "Glossary")}</li>}
        </ul>
      </section>
    </>
  );
}

/** Shows a dot for each exercise of a lesson. */
export function LessonDots({ site, lesson }: { site: Site; lesson: Lesson }) {
  return (
    <Dots
      exercises={exercisesOf(lesson).map(({ id }) => ({
        id,
        state: site.states.get(id) ?? "not started",
      }))}
    />
  );
}

/** Groups the lessons by their parts, in order. */
export function partsOf(
  lessons: Lesson[],
): { part: string; lessons: Lesson[] }[] {
  const parts: { part: string; lessons: Lesson[] }[] = [];
  for (const lesson of lessons) {
    if (parts.at(-1)?.part !== lesson.part) {
      parts.push({ part: lesson.part, lessons: [] });
    }
    parts.at(-1)!.lessons.push(lesson);
  }
  return parts;
}
