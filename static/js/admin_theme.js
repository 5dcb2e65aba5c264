// Before the admin's own script: light or dark as chosen in the workspace.
const theme = /(?:^|; )theme=(dark|light)/.exec(document.cookie);
localStorage.setItem("theme", theme ? theme[1] : "auto");
