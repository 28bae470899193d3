export { default } from "npm:highlight.js@11.12.0/lib/core";
export { default as bash } from "npm:highlight.js@11.12.0/lib/languages/bash";
export { default as json } from "npm:highlight.js@11.12.0/lib/languages/json";
export { default as typescript } from "npm:highlight.js@11.12.0/lib/languages/typescript";
