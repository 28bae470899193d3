import MiniSearch, { type SearchResult } from "../deps/minisearch.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "../deps/hooks.ts";
import type { SearchDocument } from "../search.ts";
import { BASE } from "./page.ts";

/** The most results to show. */
const MAX_RESULTS = 12;

/** How many characters to show around a word that was found. */
const AROUND = 60;

type Found = SearchResult & SearchDocument;

let index: Promise<MiniSearch<SearchDocument>> | undefined;

/** Loads the index, once, when the reader first searches. */
function loadIndex(): Promise<MiniSearch<SearchDocument>> {
  return index ??= (async () => {
    const response = await fetch(`${BASE}search.json`);
    const search = new MiniSearch<SearchDocument>({
      fields: ["heading", "lesson", "text"],
      storeFields: ["heading", "lesson", "text", "href"],
      searchOptions: {
        boost: { heading: 3, lesson: 2 },
        prefix: true,
        fuzzy: (term) => term.length > 4 ? 0.2 : false,
        combineWith: "AND",
      },
    });
    search.addAll(await response.json());
    return search;
  })();
}

/** Searches all readings. The key `/` moves the focus here. */
export function Search() {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found[]>();
  const [chosen, setChosen] = useState(0);

  // A layout effect runs at once. An effect that waits for a frame would miss
  // a quick reader's key.
  useLayoutEffect(() => {
    function hear(event: KeyboardEvent) {
      const inField = (event.target as Element).closest(
        "input,textarea,select",
      );
      if (event.key !== "/" || inField || event.ctrlKey || event.metaKey) {
        return;
      }
      event.preventDefault();
      field.current!.focus();
    }
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);

  useEffect(() => {
    let isCurrent = true;
    if (text.trim() === "") setFound(undefined);
    else {
      loadIndex().then((search) => {
        if (!isCurrent) return;
        setFound(search.search(text).slice(0, MAX_RESULTS) as Found[]);
        setChosen(0);
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [text]);

  function press(event: KeyboardEvent) {
    const count = found?.length ?? 0;
    if (event.key === "Escape") setText("");
    else if (event.key === "ArrowDown") setChosen((chosen + 1) % count || 0);
    else if (event.key === "ArrowUp") {
      setChosen((chosen + count - 1) % count || 0);
    } else if (event.key === "Enter" && count > 0) go(found![chosen].href);
    else return;
    event.preventDefault();
  }

  function go(href: string) {
    setText("");
    location.assign(href);
  }

  return (
    <search>
      <input
        ref={field}
        type="search"
        placeholder="Search ( / )"
        aria-label="Search all readings"
        role="combobox"
        list={undefined}
        aria-expanded={found !== undefined}
        aria-controls="found"
        aria-activedescendant={found?.length ? `found-${chosen}` : undefined}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onFocus={() => loadIndex()}
        onKeyDown={press}
      />
      {found !== undefined && (
        <ul id="found" class="found" role="listbox" aria-label="Found">
          {found.length === 0 && (
            <li class="none" role="option" aria-selected="false">
              Nothing found
            </li>
          )}
          {found.map((one, i) => (
            <li
              id={`found-${i}`}
              role="option"
              aria-selected={i === chosen}
              onClick={() => go(one.href)}
            >
              <b>{one.heading}</b> <small>{one.lesson}</small>
              <Excerpt {...one} />
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}

/** Shows the text around the first word that was found. */
function Excerpt({ text, terms }: Found) {
  const lower = text.toLowerCase();
  const places = terms.map((term) => ({ term, at: lower.indexOf(term) }))
    .filter(({ at }) => at >= 0);
  if (places.length === 0) return null;
  const { term, at } = places[0];
  const end = at + term.length;
  // Whole words only.
  const before = text.slice(Math.max(0, at - AROUND), at);
  const after = text.slice(end, end + AROUND);
  return (
    <span class="excerpt">
      {at > AROUND ? `… ${before.replace(/^\S*\s/, "")}` : before}
      <mark>{text.slice(at, end)}</mark>
      {end + AROUND < text.length ? `${after.replace(/\s\S*$/, "")} …` : after}
    </span>
  );
}
