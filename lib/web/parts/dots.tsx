import type { ExerciseState } from "../site.ts";

/** Words for the state of an exercise. */
export const STATE_WORDS: Record<ExerciseState, string> = {
  "passed": "solved",
  "failed": "not right yet",
  "broken": "can't be loaded",
  "not started": "not started",
};

/** Shows a dot for each exercise. It's filled once the exercise is solved. */
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
