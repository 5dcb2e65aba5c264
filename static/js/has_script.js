// In the head, before anything is painted: what needs scripts may show itself.
document.documentElement.dataset.script = "";
