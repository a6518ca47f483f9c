// Every rule of axe, those for WCAG 2.2 AA that it leaves out by itself included.
const done = arguments[arguments.length - 1];
const moving = document.getAnimations().length;
axe.run(document, { resultTypes: ['violations'], preload: false, rules: { 'target-size': { enabled: true } } })
    .then(({ violations, passes }) => done({
        violations: violations.flatMap(({ id, nodes }) =>
            nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`)),
        rules: passes.map(({ id }) => id),
        moving,
    }))
    .catch(error => done({ violations: [String(error)], rules: [], moving }));
