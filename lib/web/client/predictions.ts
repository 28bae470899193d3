import { load, store } from "./storage.ts";

/** The event that tells the page that a prediction has changed. */
const CHANGED = "prediction";

/** Returns the reader's words for a question; empty if there are none. */
export function prediction(id: string): string {
  return load(`prediction.${id}`);
}

/** Keeps the reader's words, in this browser only. */
export function predict(id: string, text: string): void {
  store(`prediction.${id}`, text);
  dispatchEvent(new CustomEvent(CHANGED, { detail: id }));
}

/** Calls back whenever a prediction has changed. */
export function onPrediction(callback: (id: string) => void): () => void {
  const hear = (event: Event) =>
    callback((event as CustomEvent<string>).detail);
  addEventListener(CHANGED, hear);
  return () => removeEventListener(CHANGED, hear);
}

/**
 * Fills the fields of the reading, and keeps the words that are typed there.
 */
export function bindPredictionFields(): void {
  const fields = fieldsOf();
  for (const field of fields) {
    const id = field.dataset.prediction!;
    field.value = prediction(id);
    fit(field);
    field.addEventListener("input", () => {
      fit(field);
      predict(id, field.value);
    });
  }
  onPrediction((id) => {
    const field = fields.find((one) => one.dataset.prediction === id);
    if (field === undefined || field.value === prediction(id)) return;
    field.value = prediction(id);
    fit(field);
  });
}

/** Makes a field as high as its text. */
export function fit(field: HTMLTextAreaElement): void {
  field.rows = 1;
  // A hidden field has no size, so the loop ends at once.
  while (field.scrollHeight > field.clientHeight + 2 && field.rows < 12) {
    field.rows++;
  }
}

/**
 * Finds the field of the reading that belongs to a question of the run. Both
 * ask the same question, in almost the same words.
 *
 * @param question The run's question.
 * @param otherwise The ID to use if the reading has no such question.
 * @returns The ID under which the prediction is kept.
 */
export function idOfQuestion(question: string, otherwise: string): string {
  const asked = wordsOf(question);
  let best = { id: otherwise, share: 0.4 };
  for (const field of fieldsOf()) {
    const words = wordsOf(field.parentElement?.textContent ?? "");
    const common = [...asked].filter((word) => words.has(word)).length;
    const share = common / (asked.size + words.size - common);
    if (share > best.share) best = { id: field.dataset.prediction!, share };
  }
  return best.id;
}

function fieldsOf(): HTMLTextAreaElement[] {
  return [
    ...document.querySelectorAll<HTMLTextAreaElement>(
      "textarea[data-prediction]",
    ),
  ];
}

function wordsOf(text: string): Set<string> {
  return new Set(
    text.toLowerCase().match(/[\p{L}\p{N}]+/gu)
      ?.filter((word) => word.length > 2 || /\d/.test(word)),
  );
}
