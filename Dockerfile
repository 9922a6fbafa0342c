# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin clarion \
 && install -d -o clarion -g clarion -m 0700 /data
COPY --from=build /src/bin/clarion /usr/local/bin/clarion
USER clarion
VOLUME /data
EXPOSE 8080
ENV CLARION_DATA=/data CLARION_LISTEN=:8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["clarion", "health"]
ENTRYPOINT ["clarion"]
CMD ["serve"]
