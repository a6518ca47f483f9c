// What has the focus now: where it stands among what must be reached, and whether that shows.
const element = document.activeElement;
const style = getComputedStyle(element);
// A player draws the focus on its own buttons.
const shows = element.tagName === 'AUDIO' ||
    (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1);
return { at: window.toReach.indexOf(element), shows, name: element.outerHTML.slice(0, 100) };
