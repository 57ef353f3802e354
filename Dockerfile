# One target a program: docker build --target inventory-sd .
# Build and run share one base image, so that the compile cache is filled by the very Node that uses it.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# The bundler's binary is an optional dependency, so none can be omitted, and the Node that the lock brings for
# machines without one comes along. It stays unused: `node` is the image's, here and below.
COPY .npmrc package.json package-lock.json ./
COPY tools/node24 tools/node24
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY src src
COPY inventory-server inventory-server
COPY tools tools
RUN node tools/build.ts

FROM ${NODE_IMAGE} AS base
ARG VERSION=0.1.0
LABEL org.opencontainers.image.version=$VERSION \
  org.opencontainers.image.licenses=Apache-2.0
# Also the compile cache belongs to this user; a container that runs as another starts without it, and a bit slower.
ENV NODE_COMPILE_CACHE=/app/compile-cache
RUN install -d -o 65532 -g 65532 /app/compile-cache
COPY LICENSE /app/
COPY tools/fill-compile-cache.sh /usr/local/libexec/
COPY --from=build /build/dist/healthcheck.cjs /build/dist/NOTICES /app/
USER 65532:65532
WORKDIR /app
RUN /usr/local/libexec/fill-compile-cache.sh /app/healthcheck.cjs
STOPSIGNAL SIGTERM

FROM base AS inventory-sd
LABEL org.opencontainers.image.title=inventory-sd \
  org.opencontainers.image.description="Turns any inventory into Prometheus targets and never lets a bad answer take the monitoring down"
USER root
# A named volume takes owner and mode of this folder. Prometheus, another user, only has to read.
RUN install -d -o 65532 -g 65532 -m 755 /shared && ln -s /app/inventory-sd.cjs /usr/local/bin/inventory-sd
USER 65532:65532
COPY --from=build /build/dist/inventory-sd.cjs /build/dist/password-worker.cjs /app/
RUN /usr/local/libexec/fill-compile-cache.sh /app/inventory-sd.cjs
VOLUME /shared
EXPOSE 9098
# Liveness and nothing more: a sidecar whose inventory is down must not be restarted.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=5 CMD ["node", "/app/healthcheck.cjs"]
# Here and below: at SIGUSR1 Node would open its debugger, to whoever shares the network namespace.
ENTRYPOINT ["node", "--disable-sigusr1", "/app/inventory-sd.cjs"]

FROM base AS mini-tsdb
LABEL org.opencontainers.image.title=mini-tsdb \
  org.opencontainers.image.description="Scrapes, stores and answers as Prometheus does, for one machine"
USER root
RUN install -d -o 65532 -g 65532 -m 700 /data && ln -s /app/mini-tsdb.cjs /usr/local/bin/mini-tsdb
USER 65532:65532
COPY --from=build /build/dist/mini-tsdb.cjs /build/dist/password-worker.cjs /app/
COPY --from=build /build/dist/ui /app/ui
# A faulty flag ends it once all of it is loaded.
RUN /usr/local/libexec/fill-compile-cache.sh /app/mini-tsdb.cjs --web.listen-address=none
# Of the probe alone, which knows no flags: where mini-tsdb listens. With --web.config.file it wants WEB_CONFIG_FILE too.
ENV LISTEN_ADDRESS=:9095
VOLUME /data
EXPOSE 9095 50051
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=5 CMD ["node", "/app/healthcheck.cjs", "/-/healthy"]
ENTRYPOINT ["node", "--disable-sigusr1", "/app/mini-tsdb.cjs"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/data"]

FROM base AS inventory-server
LABEL org.opencontainers.image.title=inventory-server \
  org.opencontainers.image.description="A pretend inventory of sensors, with faults on demand"
COPY --from=build /build/dist/inventory-server.cjs /app/
RUN /usr/local/libexec/fill-compile-cache.sh /app/inventory-server.cjs
ENV LISTEN_ADDRESS=:1337
EXPOSE 1337 1339
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=5 CMD ["node", "/app/healthcheck.cjs", "/healthz"]
ENTRYPOINT ["node", "--disable-sigusr1", "/app/inventory-server.cjs"]

FROM base AS sensor-fleet
LABEL org.opencontainers.image.title=sensor-fleet \
  org.opencontainers.image.description="Answers as every sensor of the pretend inventory"
USER root
RUN install -d -o 65532 -g 65532 -m 755 /data
USER 65532:65532
COPY --from=build /build/dist/sensor-fleet.cjs /app/
RUN /usr/local/libexec/fill-compile-cache.sh /app/sensor-fleet.cjs
ENV LISTEN_ADDRESS=:1338 LIST_FILE=/data/list.json
VOLUME /data
EXPOSE 1338
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=5 CMD ["node", "/app/healthcheck.cjs", "/healthz"]
ENTRYPOINT ["node", "--disable-sigusr1", "/app/sensor-fleet.cjs"]

FROM base AS simulator
LABEL org.opencontainers.image.title=simulator \
  org.opencontainers.image.description="Pushes pretend metrics into mini-tsdb"
COPY --from=build /build/dist/simulator.cjs /app/
# A faulty flag ends it once all of it is loaded.
RUN /usr/local/libexec/fill-compile-cache.sh /app/simulator.cjs --door=none
ENTRYPOINT ["node", "--disable-sigusr1", "/app/simulator.cjs"]
