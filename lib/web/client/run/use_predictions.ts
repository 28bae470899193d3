import { useEffect, useState } from "../../deps/hooks.ts";
import { idOfQuestion, onPrediction, prediction } from "../predictions.ts";

/** The reader's predictions, by the questions of a run. */
export interface Predictions {
  /** The ID under which a question's prediction is kept. */
  idOf(question: string): string;
  /** The reader's words; empty if there are none. */
  textOf(question: string): string;
}

/**
 * Finds the reader's predictions, and redraws when one of them changes.
 *
 * @param lesson The end of the lesson's folder's name.
 */
export function usePredictions(lesson: string): Predictions {
  const [, redraw] = useState(0);
  const [ids] = useState(new Map<string, string>());
  useEffect(() => onPrediction(() => redraw((n) => n + 1)), []);
  function idOf(question: string): string {
    const known = ids.get(question);
    if (known !== undefined) return known;
    const id = idOfQuestion(question, `${lesson}.run.${ids.size + 1}`);
    ids.set(question, id);
    return id;
  }
  return { idOf, textOf: (question) => prediction(idOf(question)) };
}
