export * from "npm:preact-render-to-string@6.8.2";
