// Comes before uPlot, which makes a number format of the browser's language as it is loaded, and fails where that is none: WebKitGTK
// says "C" where the system's locale is C.UTF-8.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' });
}
