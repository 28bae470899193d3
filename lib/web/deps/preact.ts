export * from "npm:preact@10.29.0";
