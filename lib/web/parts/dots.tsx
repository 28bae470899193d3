import type { ExerciseState } from "../site.ts";

/** How each state of an exercise is said. */
export const STATE_WORDS: Record<ExerciseState, string> = {
  "passed": "solved",
  "failed": "not right yet",
  "broken": "can't be loaded",
  "not started": "not started",
};

/** A dot for each exercise: filled once it's solved. */
export function Dots({ exercises }: {
  exercises: { id: string; state: ExerciseState }[];
}) {
  const solved = exercises.filter(({ state }) => state === "passed").length;
  return (
    <span class="dots">
      {exercises.map(({ id, state }) => (
        <span
          class={`dot ${state.replace(" ", "-")}`}
          data-exercise={id}
          title={`${id} ${STATE_WORDS[state]}`}
          aria-hidden="true"
        />
      ))}
      <span class="unseen">{`, ${solved} of ${exercises.length} solved`}</span>
    </span>
  );
}
