/**
 * A question of a lesson, with a field for the reader's own words. The script
 * keeps them in the browser.
 *
 * @param props `id`: under what to keep them. `html`: the question, from the
 * workbook.
 */
export function Question({ id, html }: { id: string; html: string }) {
  return (
    <li>
      <span id={`question-${id}`} dangerouslySetInnerHTML={{ __html: html }} />
      <textarea
        rows={1}
        data-prediction={id}
        aria-labelledby={`question-${id}`}
        placeholder="Your prediction"
      />
    </li>
  );
}
