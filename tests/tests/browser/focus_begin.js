// Finds what the keyboard must reach, and puts the focus before all of it.
const selector = 'a[href], button, input:not([type=hidden]), select, textarea, audio[controls], summary';
window.toReach = [...document.querySelectorAll(selector)]
    .filter(element => !element.disabled && element.getClientRects().length > 0);
document.activeElement?.blur();
document.body.tabIndex = -1;
document.body.focus();
document.body.removeAttribute('tabindex');
return window.toReach.length;
