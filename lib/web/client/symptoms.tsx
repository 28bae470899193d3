import { useEffect, useState } from "../deps/hooks.ts";
import { candidatesOf, findSymptoms } from "../../workbook/symptoms/find.ts";
import type { Symptom } from "../../workbook/symptoms/symptom.ts";
import { BASE } from "./page.ts";

/** Finds the symptom that fits an error, or the reader's own words. */
export function Symptoms() {
  const [symptoms, setSymptoms] = useState<Symptom[]>();
  const [text, setText] = useState("");
  const isAsked = text.trim() !== "";

  useEffect(() => {
    if (!isAsked || symptoms !== undefined) return;
    fetch(`${BASE}symptoms.json`).then((response) => response.json())
      .then(setSymptoms);
  }, [isAsked]);
  useEffect(openTarget, []);

  const found = isAsked && symptoms !== undefined
    ? candidatesOf(findSymptoms(symptoms, text)).map(({ symptom }) => symptom)
    : undefined;
  return (
    <div class="why">
      <label>
        Paste an error, or say what you see:
        <textarea
          rows={2}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <div role="status">
        {found?.length === 0 && <p>No symptom fits that. Try other words.</p>}
        {found !== undefined && found.length > 0 && (
          <ul>
            {found.map(({ id, title, means }) => (
              <li key={id}>
                <a href={`#${id}`} onClick={() => open(id)}>{title}</a>: {means}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** Opens the entry that the address names. */
function openTarget(): () => void {
  const hear = () => open(decodeURIComponent(location.hash.slice(1)));
  hear();
  addEventListener("hashchange", hear);
  return () => removeEventListener("hashchange", hear);
}

function open(id: string): void {
  const entry = document.getElementById(id);
  if (entry instanceof HTMLDetailsElement) entry.open = true;
}
