// The official SDK speaks to its vendor's domain only: requests to it are sent to this machine's port instead.
// The host name stays in the certificate's check and in the Host header.
"use strict";
const https = require("https");
const port = Number(process.env.SIMULATOR_PORT);
const request = https.request;
https.request = function (options, ...rest) {
  const host = options.hostname || options.host;
  if (typeof host === "string" && host.endsWith(".intacct.com")) {
    options = { ...options, hostname: "127.0.0.1", host: "127.0.0.1", port, servername: host };
    options.headers = { ...options.headers, Host: [host] };
  }
  return request.call(https, options, ...rest);
};
