// Whether a press on a link leads away from this page, in this tab.
export function leaves(link, event) {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link.target;
  const isHere = link.hash && link.href.split("#")[0] === location.href.split("#")[0];
  return !(event.defaultPrevented || isElsewhere || isHere || link.matches("[hx-get]"));
}
