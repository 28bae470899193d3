import { lessonPath, pageAt, type Site } from "../site.ts";
import { exercisesOf } from "../../workbook/checker/checker.ts";
import type { Lesson } from "../../workbook/checker/catalog.ts";
import { LessonDots, partsOf } from "./contents_list.tsx";
import type { Page } from "./layout.tsx";
import { hasGlossary } from "./text.tsx";

/** The pages that belong to no lesson. */
const TOOLS = [
  {
    path: "packets",
    title: "Packets",
    claim: "Drop in a capture to see its conversations and every header.",
  },
  {
    path: "symptoms",
    title: "What went wrong?",
    claim: "Paste an error, or say what you see, and find its likely causes.",
  },
  {
    path: "glossary",
    title: "Glossary",
    claim: "Every term in one line, with a link to the place that explains it.",
  },
];

/**
 * Makes the first page: an introduction, the next exercise, and all lessons.
 */
export function startPage(site: Site): Page {
  return {
    title: "Socket Workbook",
    kind: "text",
    path: "",
    body: <Start site={site} />,
  };
}

function Start({ site }: { site: Site }) {
  return (
    <main id="main" class="reading start">
      <h1>Socket Workbook</h1>
      <p class="claim">
        Learn sockets by running them. Predict what a program will do, run it
        {site.token === undefined ? "" : " on this machine"}, and see every
        call, packet, and byte. Then solve exercises that tell you why an answer
        is wrong.
      </p>
      {site.token === undefined ? <GetIt /> : <Next site={site} />}
      {partsOf(site.lessons).map(({ part, lessons }) => (
        <section class="part">
          <h2>{part}</h2>
          <ul class="cards">
            {lessons.map((lesson) => (
              <li>
                <a href={pageAt(site, lessonPath(lesson))}>
                  <span class="title">
                    <span class="number">{lesson.number}</span> {lesson.title}
                  </span>
                  <LessonDots site={site} lesson={lesson} />
                  <span class="claim">{lesson.claim}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section class="part">
        <h2>Tools</h2>
        <ul class="cards">
          {TOOLS.filter(({ path }) => path !== "glossary" || hasGlossary())
            .map(({ path, title, claim }) => (
              <li>
                <a href={pageAt(site, path)}>
                  <span class="title">{title}</span>
                  <span class="claim">{claim}</span>
                </a>
              </li>
            ))}
        </ul>
      </section>
    </main>
  );
}

/** Links to the first exercise that isn't solved. */
function Next({ site }: { site: Site }) {
  const all = site.lessons.flatMap((lesson) =>
    exercisesOf(lesson).map(({ id, name }) => ({ lesson, id, name }))
  );
  const isSolved = ({ id }: { id: string }) => site.states.get(id) === "passed";
  const solved = all.filter(isSolved).length;
  const open = all.find((one) => !isSolved(one));
  return (
    <p class="next">
      {open === undefined
        ? <b>You've solved every exercise.</b>
        : <NextLink site={site} {...open} isFirst={solved === 0} />}
      <progress max={all.length} value={solved} aria-label="Solved exercises" />
      <small>{solved} of {all.length} exercises solved</small>
    </p>
  );
}

function NextLink({ site, lesson, id, name, isFirst }: {
  site: Site;
  lesson: Lesson;
  id: string;
  name: string;
  isFirst: boolean;
}) {
  const to = lessonPath(lesson);
  return isFirst
    ? (
      <a class="button primary" href={pageAt(site, to)}>
        Start with lesson {lesson.number}: {lesson.title}
      </a>
    )
    : (
      <a class="button primary" href={pageAt(site, `${to}#exercise-${id}`)}>
        Next: {id} <code>{name}</code>
      </a>
    );
}

/** Says how to run the workbook on the reader's own machine. */
function GetIt() {
  return (
    <div class="get-it">
      <p>
        Here you can read, and step through a recorded run of each lesson. To
        run the lessons and solve the exercises on your own machine, install
        {" "}
        <a href="https://deno.com">Deno 2.9</a>{" "}
        or later, get the workbook's folder, and run this in it:
      </p>
      <pre class="code sh" tabIndex={0}><code>deno task web</code></pre>
      <p>
        Or with Node alone: <code>npx --yes deno@2.9.6 task web</code>
      </p>
    </div>
  );
}
