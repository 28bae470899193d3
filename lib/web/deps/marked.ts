export * from "npm:marked@18.2.1";
