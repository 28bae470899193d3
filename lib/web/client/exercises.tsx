import { useEffect, useState } from "../deps/hooks.ts";
import { Exercise, type ExerciseProps } from "../parts/exercise.tsx";
import { STATE_WORDS } from "../parts/dots.tsx";
import type { ExerciseResult } from "../protocol.ts";
import { BASE, IS_LIVE } from "./page.ts";
import { listen } from "./server.ts";

/** Shows an exercise, and updates it after each check. */
export function LiveExercise(props: ExerciseProps) {
  const [result, setResult] = useState(props.result);
  const [isChecking, setChecking] = useState(false);
  useEffect(() =>
    void listen((message) => {
      if (message.kind === "checking" && message.ids.includes(props.id)) {
        setChecking(true);
      } else if (message.kind === "checked" && message.result.id === props.id) {
        setChecking(false);
        setResult(message.result);
      }
    }), []);
  return (
    <Exercise
      {...{ ...props, result, isChecking }}
      loadSolution={IS_LIVE ? loadSolution : undefined}
      copy={(text) => navigator.clipboard.writeText(text)}
    />
  );
}

async function loadSolution(id: string): Promise<string> {
  const response = await fetch(`${BASE}solution/${id}`);
  return response.ok
    ? await response.text()
    : "It's shown once your answer passes.";
}

/** Keeps the dots in the contents up to date. */
export function followDots(): void {
  listen((message) => {
    if (message.kind === "checked") updateDot(message.result);
  });
}

function updateDot({ id, verdict }: ExerciseResult): void {
  const dots = document.querySelectorAll<HTMLElement>(
    `[data-exercise="${CSS.escape(id)}"]`,
  );
  for (const dot of dots) {
    dot.className = `dot ${verdict.state.replace(" ", "-")}`;
    dot.title = `${id} ${STATE_WORDS[verdict.state]}`;
  }
}
