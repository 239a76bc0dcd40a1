// From the board straight to the act: #set puts the focus into the first number of the keypad, #flag on the answer to
// the first open flag, #start on the start.
(() => {
  const PLACES = {
    "#set": "#chart-pad input[inputmode]",
    "#flag": "[data-kc-tell^=flag-] .btn",
    "#start": "form.start [type=submit]",
  };
  const place = PLACES[window.location.hash];
  const here = place && document.querySelector(place);
  if (!here) return;
  here.scrollIntoView({ block: "center" });
  here.focus({ preventScroll: true });
})();
