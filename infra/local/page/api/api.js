// Shows the API's document, and lets its operations be tried. What is shown is the call to the API
// itself; what is sent goes to this page's own origin, which hands it on, because the API answers to
// no page that its tenant does not name.
"use strict";

// Swagger UI has a dark dress, and wears it when told.
document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);

function sort(spec) {
  spec.tags = [{ name: "Public" }, { name: "Back office" }];
  for (const [path, item] of Object.entries(spec.paths)) {
    const { parameters, ...operations } = item;
    for (const operation of Object.values(operations)) {
      operation.tags = [path.startsWith("/admin/") ? "Back office" : "Public"];
    }
  }
}

fetch("/docs/openapi.json").then((answer) => answer.json()).then((spec) => {
  const api = spec.servers[0].url;
  sort(spec);
  SwaggerUIBundle({
    spec,
    dom_id: "#api",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    showMutatedRequest: false,
    requestInterceptor: (request) => {
      if (request.url.startsWith(`${api}/`)) {
        request.url = `${location.origin}/docs/api${request.url.slice(api.length)}`;
      }
      return request;
    },
  });
});
