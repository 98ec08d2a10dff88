# The image of every process of a fleet, and of the command: control silo, worker, client.
#   docker build -t resprune:0.1.0 .                                  runs on CPUs
#   docker build --build-arg TORCH=cuda -t resprune:0.1.0-cuda .      runs on NVIDIA GPUs too (untested: see README.md, "GPUs")
# No checkpoint is in it: mount one at /models, or let 'resprune model pull' fetch it. The bundled tiny model (7 MB) belongs to the command.
# Base images by digest: what was built once is built again. 'docker buildx imagetools inspect mcr.microsoft.com/dotnet/sdk:10.0' prints a newer one;
# renew both with every release of .NET, which is when fixes of its base image arrive too.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0@sha256:e1ffd2a92ae84c1291bc1b6887501f8af98e6331e7af6d4c8d37168c5e87a64c
ARG ASPNET=mcr.microsoft.com/dotnet/aspnet:10.0@sha256:a4556ed033fa96f984bb7a8d348851cb2d36b1281dd2420070045f664fbb5f94

FROM ${SDK} AS build
ARG TORCH=cpu
ENV CI=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source
COPY global.json NuGet.config Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig ./
COPY src/ src/
COPY deploy/sbom.sh deploy/
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/ResPrune.Cli -c Release -p:Torch=${TORCH} -p:DebugType=none -o /out/app \
 && bash deploy/sbom.sh /out/app/resprune.deps.json > /out/app/sbom.cdx.json
# What libtorch brings for Python and for its own tests goes, and so does documentation. Native libraries are nine tenths of the program and seldom
# change: a layer of their own, so that a new version of the code is a small download.
RUN cd /out/app \
 && rm -f libtorch_python.so libtorchbind_test.so libjitbackend_test.so libbackend_with_compiler.so libaoti_custom_ops.so libnnapi_backend.so *.xml \
 && mkdir /out/native && find . -maxdepth 1 -name '*.so*' -exec mv -t /out/native {} +

FROM ${ASPNET} AS final
LABEL org.opencontainers.image.title="ResPrune.Cluster" \
      org.opencontainers.image.description="Answers questions about pictures in batches, with pruned visual tokens" \
      org.opencontainers.image.licenses="Apache-2.0" \
      io.resprune.sbom="/app/sbom.cdx.json" \
      io.resprune.sbom.format="CycloneDX 1.6 JSON"
# All that is written goes to /tmp and to what is mounted, so the root may be read-only.
ENV PATH=/app:$PATH HOME=/tmp HF_HOME=/models DOTNET_EnableDiagnostics=0
COPY --from=build /out/native/ /app/
COPY --from=build /out/app/ /app/
COPY --chmod=755 deploy/healthcheck.sh /app/healthcheck
WORKDIR /tmp
USER 1654:1654
VOLUME /models
EXPOSE 9464 11111 30000
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m --retries=3 CMD ["/app/healthcheck"]
ENTRYPOINT ["resprune"]
