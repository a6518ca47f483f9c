// What of the page cannot be seen without scrolling sideways, or at all.
const width = document.documentElement.clientWidth;
const lost = [];
if (document.documentElement.scrollWidth > width) {
    lost.push(`the page is ${document.documentElement.scrollWidth} wide of ${width}`);
}
for (const element of document.body.querySelectorAll('*')) {
    const { width: wide, right } = element.getBoundingClientRect();
    const name = () => element.outerHTML.slice(0, 100);
    if (wide > 1 && right > width + 0.5) {
        lost.push(`beyond the edge: ${name()}`);
    }
    const cut = getComputedStyle(element).overflowX !== 'visible' && element.tagName !== 'INPUT';
    if (cut && wide > 1 && element.scrollWidth > element.clientWidth + 1) {
        lost.push(`cut off: ${name()}`);
    }
}
return lost;
