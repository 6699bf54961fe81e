// Sets the chosen theme before anything is drawn. The same key as src/shell/theme.ts.
(() => {
  try {
    const theme = localStorage.getItem('adjutant.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's theme it is.
  }
})();
