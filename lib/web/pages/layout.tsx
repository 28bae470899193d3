import type { ComponentChildren } from "../deps/preact.ts";
import { renderToString } from "../deps/render_to_string.ts";
import { CONTENT_POLICY } from "../guard.ts";
import { pageAt, type Site } from "../site.ts";
import { Contents } from "./contents_list.tsx";

/** A page. */
export interface Page {
  /** Its title, for the browser's tab. */
  title: string;
  /** The class of its body, which says how it's laid out. */
  kind: "lesson" | "text" | "wide";
  /** The part that only this page has. */
  body: ComponentChildren;
  /** Its path, so that the contents can mark it. */
  path: string;
}

/**
 * Renders a whole page.
 *
 * @param site The site that it belongs to.
 * @param page The page.
 * @returns HTML.
 */
export function renderPage(site: Site, page: Page): string {
  return `<!doctype html>\n${
    renderToString(<Layout site={site} page={page} />)
  }`;
}

function Layout({ site, page }: { site: Site; page: Page }) {
  const asset = (name: string) => `${site.base}assets/${name}`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {/* A static host sends no headers of ours. */}
        {site.token === undefined && (
          <meta
            http-equiv="content-security-policy"
            content={CONTENT_POLICY.join("; ")}
          />
        )}
        <title>{page.title}</title>
        <link rel="icon" href={asset("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={asset("style.css")} />
        {/* Sets the theme before anything is drawn. */}
        <script src={asset("theme.js")} />
        <script src={asset("client.js")} type="module" />
      </head>
      <body
        class={page.kind}
        data-base={site.base}
        data-token={site.token}
      >
        <a class="skip" href="#main">Skip to the text</a>
        <header class="top">
          <button
            type="button"
            class="quiet menu"
            data-action="menu"
            aria-expanded="false"
            aria-controls="contents"
          >
            Contents
          </button>
          <a class="home" href={pageAt(site, "")}>Socket Workbook</a>
          <div class="search" data-island="search">
            <noscript>Search needs JavaScript.</noscript>
          </div>
          <div data-island="theme" />
        </header>
        <nav id="contents" class="contents" aria-label="Contents">
          <Contents site={site} path={page.path} />
        </nav>
        <div class="page">{page.body}</div>
      </body>
    </html>
  );
}

/**
 * Marks a part that the script in the browser makes interactive.
 *
 * @param props `name`: the part. `data`: its first data. `children`: the
 * elements that are shown until the script runs.
 */
export function Island({ name, data, children }: {
  name: string;
  data?: unknown;
  children?: ComponentChildren;
}) {
  return (
    <div data-island={name} data-props={data && JSON.stringify(data)}>
      {children}
    </div>
  );
}
