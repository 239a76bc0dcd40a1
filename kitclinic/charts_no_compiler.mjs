// Stands in for Vega-Lite in the bundle of charts_entry.mjs: the server compiles.
export const version = "";
