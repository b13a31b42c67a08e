# docker build -t parley .
# docker run --rm -p 8080:8080 parley                          then open the link that it prints
#                                                               (with another port in front of :8080, that one in the link)
# docker run --rm --read-only --tmpfs /tmp -p 8080:8080 parley  it writes nothing: no volume is needed
#
# Settings are environment variables (.env.example has them all): docker run -e ACCESS_TOKEN=... -e MAX_SESSIONS=20 parley
# https: docker run -v /srv/tls:/tls:ro -e TLS_CERT=/tls/cert.pem -e TLS_KEY=/tls/key.pem parley; uid 1000 must be able
# to read both, and `docker kill -s HUP` has them read again.
# Avatars of your own: mount the folder that holds them, drawn ones included, at /app/var/avatars; read-only will do.

# --- build: what `npm start` sets up on a newcomer's machine ---------------------------------------------------------

FROM node:22-bookworm-slim AS build
# onnxruntime-node would otherwise fetch GPU libraries at every installation.
ENV ONNXRUNTIME_NODE_INSTALL=skip
# Versions are those of the Debian release; pinned ones disappear from its mirrors.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc setup.mjs tsconfig.json vite.config.ts ./
COPY setup setup
COPY python python
COPY personas personas
COPY web-client web-client
COPY src src
# Without the recogniser the set-up goes on, which is right on a desk and wrong in an image.
RUN node setup.mjs setup \
  && var/python/bin/python -c 'import pocketsphinx' \
  && npm prune --omit=dev \
  && npm cache clean --force

# --- run -------------------------------------------------------------------------------------------------------------

FROM node:22-bookworm-slim
# The environment in var/python is one of links: its interpreter is /usr/bin/python3 here as in the stage above.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# What a container writes is kept: a line about every turn, found by its id.
ENV NODE_ENV=production PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080 LOG_LEVEL=info
COPY LICENSE package.json ./
COPY personas personas
COPY python python
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/var/python var/python
COPY --from=build /app/var/avatars var/avatars
COPY --from=build /app/dist dist
# The user `node` by number, so that an orchestrator can see that it is not root. All files are root's, and only read.
USER 1000:1000
EXPOSE 8080
# With TLS_CERT, over https: whom the certificate names is not the question here.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "const tls = process.env.TLS_CERT ? 's' : ''; require(`http${tls}`).get(`http${tls}://127.0.0.1:${process.env.PORT}/healthz`, { rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Node itself is the first process, so that it gets SIGTERM, tells its callers and ends its workers.
CMD ["node", "--max-semi-space-size=32", "dist/main.js"]
