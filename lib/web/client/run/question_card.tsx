import { useEffect, useRef } from "../../deps/hooks.ts";
import { fit, predict, prediction } from "../predictions.ts";

/**
 * Shows a question, and a field for the reader's prediction, while the run
 * waits.
 */
export function QuestionCard({ id, number, question, isAsked, onContinue }: {
  id: string;
  /** The question's place in the run, from 1. */
  number: number;
  question: string;
  /** Whether the drawing above already asks the question. */
  isAsked: boolean;
  onContinue: () => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current!.value = prediction(id);
    fit(field.current!);
    field.current!.focus({ preventScroll: true });
    field.current!.scrollIntoView({ block: "nearest" });
  }, [id]);
  return (
    <form
      class="question-card"
      data-question={number}
      onSubmit={(event) => {
        event.preventDefault();
        onContinue();
      }}
    >
      <label>
        {!isAsked && <span class="asked">{question}</span>}
        <span class="label">Your prediction</span>
        <textarea
          ref={field}
          rows={1}
          aria-label={`Your prediction: ${question}`}
          onInput={({ currentTarget }) => {
            fit(currentTarget);
            predict(id, currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            onContinue();
          }}
        />
      </label>
      <button type="submit" class="primary">Continue</button>
    </form>
  );
}
