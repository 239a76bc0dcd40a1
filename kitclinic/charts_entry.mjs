// What draws charts in a page, bundled into static/vendor/charts.js by kitclinic/frontend.py.
// Specifications come compiled to Vega from the server, so Vega-Lite's compiler stays out of the bundle. Expressions
// are read as a tree and interpreted: nothing is evaluated, nothing is styled inline, and the policy can be strict.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

const ERRORS_ONLY = 1;
const OPTIONS = {
  mode: "vega",
  ast: true,
  expr: expressionInterpreter,
  renderer: "svg",
  actions: false,
  defaultStyle: false,
  hover: false,
  logLevel: ERRORS_ONLY,
  tooltip: { disableDefaultStyle: true, id: "kc-chart-tip" },
};

window.kcDraw = async (element, specification) => (await embed(element, specification, OPTIONS)).view;
