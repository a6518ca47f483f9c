// What was not reached. Of radio buttons of one name, one is.
const [reached] = arguments;
const names = reached.map(at => window.toReach[at]).filter(it => it.type === 'radio')
    .map(it => it.name);
return window.toReach.filter((element, at) => !reached.includes(at) &&
    !(element.type === 'radio' && names.includes(element.name)))
    .map(element => element.outerHTML.slice(0, 100));
