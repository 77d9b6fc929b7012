# syntax=docker/dockerfile:1

# Current long-term support release of Node.js.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# For native modules on platforms without a ready-made binary.
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 make g++ \
    && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY migrations migrations
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE} AS runtime
# PREBUILT: the start and the command line neither install nor compile, so the file system may be read-only.
ENV NODE_ENV=production \
    ROOFTOP_PREBUILT=1 \
    ROOFTOP_HOST=0.0.0.0 \
    ROOFTOP_PORT=8080
# Fonts, for pictures with words.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fontconfig-config fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY scripts scripts
COPY config config
# A new named volume takes owner and content from the image.
RUN mkdir -p data logs \
    && chown node:node data logs config \
    && chmod +x bin/rooftop.mjs \
    && ln -s /app/bin/rooftop.mjs /usr/local/bin/rooftop
VOLUME ["/app/data", "/app/logs", "/app/config"]
EXPOSE 8080
# By number, so that an orchestrator can see that it is not root. 1000 is "node".
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
    CMD ["node", "scripts/healthcheck.mjs"]
# The process handles SIGTERM itself and has no children to adopt, so it needs no init in front of it.
STOPSIGNAL SIGTERM
CMD ["node", "dist/src/main.js"]
