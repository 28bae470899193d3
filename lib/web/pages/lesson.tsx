import {
  fileOf,
  folderOf,
  type Lesson,
} from "../../workbook/checker/catalog.ts";
import {
  describeExercises,
  type ExerciseText,
} from "../../workbook/checker/describe.ts";
import { renderToString } from "../deps/render_to_string.ts";
import { Example } from "../parts/example.tsx";
import { Exercise, type ExerciseProps } from "../parts/exercise.tsx";
import { Question } from "../parts/question.tsx";
import { renderReading } from "../reading/reading.ts";
import { lessonPath, pageAt, type Site } from "../site.ts";
import { Island, type Page } from "./layout.tsx";
import type { ExerciseResult } from "../protocol.ts";
import { placeOf } from "../reading/place.ts";

/** The data that a lesson's page shows besides the reading. */
export interface LessonPageOptions {
  /** The results of its exercises, as far as they are known. */
  results?: ExerciseResult[];
  /** The address of its recorded run, for a page without a server. */
  recording?: string;
}

/**
 * Makes a lesson's page.
 *
 * @param site The site.
 * @param lesson The lesson.
 * @param options The data to show besides the reading.
 * @returns The page.
 */
export async function lessonPage(
  site: Site,
  lesson: Lesson,
  options: LessonPageOptions = {},
): Promise<Page> {
  const path = lessonPath(lesson);
  const isLive = site.token !== undefined;
  const exercises = await describeExercises(lesson);
  const from = `lessons/${folderOf(lesson)}/README.md`;
  const markdown = await Deno.readTextFile(fileOf(lesson, "README.md"));
  const { html } = renderReading(withoutRunCommand(markdown), {
    site,
    from,
    afterExample: (number) =>
      isLive
        ? renderToString(
          <Island name="example" data={{ lesson: lesson.number, number }}>
            <Example lesson={lesson.number} number={number} />
          </Island>,
        )
        : "",
    question(number, text) {
      const id = `${lesson.name}.${number}`;
      return renderToString(<Question id={id} html={text} />);
    },
    afterQuestions: () =>
      renderToString(
        <p class="run-here">
          <button type="button" class="primary" data-action="run">
            {isLive ? "Run it on this machine" : "Play the recorded run"}
          </button>
          {isLive
            ? (
              <small>
                or in a terminal: <code>deno task lesson {lesson.number}</code>
              </small>
            )
            : null}
        </p>,
      ),
    exercises: () =>
      exercises.map((exercise) =>
        renderToString(
          <ExerciseIsland {...{ site, lesson, exercise }} {...options} />,
        )
      ).join(""),
  });
  const body = (
    <>
      <main id="main" class="reading">
        <p class="where">Lesson {lesson.number} · {lesson.part}</p>
        <h1>{lesson.title}</h1>
        <article dangerouslySetInnerHTML={{ __html: html }} />
        <Neighbors site={site} lesson={lesson} />
      </main>
      <aside id="run" class="run" aria-label="The run">
        <Island
          name="run"
          data={{
            lesson: lesson.number,
            name: lesson.name,
            title: lesson.title,
            recording: options.recording,
          }}
        />
      </aside>
    </>
  );
  const title = `${lesson.number} ${lesson.title} · Socket Workbook`;
  return { title, kind: "lesson", body, path };
}

/** Removes the command that runs the lesson: the page has a button for that. */
function withoutRunCommand(markdown: string): string {
  return markdown.replace(/^```sh\ndeno task lesson \d+\n```\n/m, "");
}

/** Adds the blank lines that Markdown needs before the code in hints. */
function withCodeBlocks(markdown: string): string {
  return markdown.replace(/^(?! {4}).+\n(?= {4})/gm, "$&\n")
    .replace(/^ {4}.*\n(?! {4}|\n)/gm, "$&\n");
}

function ExerciseIsland({ site, lesson, exercise, results = [] }: {
  site: Site;
  lesson: Lesson;
  exercise: ExerciseText;
  results?: ExerciseResult[];
}) {
  const { id, title, task, hints, read, passed, real } = exercise;
  const from = `lessons/${folderOf(lesson)}/README.md`;
  const text = (markdown: string) =>
    renderReading(withCodeBlocks(markdown), { site, from, codeIs: "ts" }).html;
  const props: ExerciseProps = {
    id,
    title,
    task: text(task),
    hints: hints.map(text),
    read,
    passed: passed === undefined ? undefined : text(passed),
    real: real === undefined ? undefined : {
      path: real,
      href: pageAt(site, `files/${real}`),
    },
    file: site.token === undefined ? undefined : placeOf(lesson, id),
    path: `lessons/${folderOf(lesson)}/exercise.ts`,
    start: pageAt(site, ""),
    result: results.find((result) => result.id === id),
  };
  return (
    <Island name="exercise" data={props}>
      <Exercise {...props} />
    </Island>
  );
}

/** Links to the previous and the next lesson. */
function Neighbors({ site, lesson }: { site: Site; lesson: Lesson }) {
  const at = site.lessons.indexOf(lesson);
  const link = (other: Lesson | undefined, rel: "prev" | "next") =>
    other === undefined
      ? <span />
      : (
        <a href={pageAt(site, lessonPath(other))} rel={rel}>
          <small>{rel === "prev" ? "Previous" : "Next"}</small>
          {other.number} {other.title}
        </a>
      );
  return (
    <nav class="neighbors" aria-label="Previous and next lesson">
      {link(site.lessons[at - 1], "prev")}
      {link(site.lessons[at + 1], "next")}
    </nav>
  );
}
