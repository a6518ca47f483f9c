// What a page is, for the claims about every page.
const forms = [...document.querySelectorAll('form')];
const [page] = performance.getEntriesByType('navigation');
const parts = performance.getEntriesByType('resource')
    .filter(part => ['link', 'script', 'css'].includes(part.initiatorType));
return {
    title: document.title,
    text: document.body.innerText,
    url: location.href,
    referrer: document.referrer,
    status: page.responseStatus,
    alerts: document.querySelectorAll('main [role=alert]').length,
    actions: forms.map(form => form.getAttribute('action') ?? ''),
    bytes: [page, ...parts].reduce((sum, part) => sum + part.encodedBodySize, 0),
};
