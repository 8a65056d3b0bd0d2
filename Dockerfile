# The image of Hookline: Debian slim, not root, no compiler. Build it in this folder:
#   docker build -t hookline .
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# What seldom changes comes first. Everything is pinned by hash; nkeys has no wheel, so one is made.
COPY requirements/image.txt requirements/runtime.txt requirements/
RUN python -m pip install --require-hashes --only-binary :all: -r requirements/image.txt
RUN python -m pip wheel --require-hashes --only-binary :all: --no-binary nkeys \
    --no-build-isolation -w /wheels -r requirements/runtime.txt
RUN python -m venv --without-pip /opt/hookline
RUN python -m pip --python /opt/hookline/bin/python install --no-index --no-deps /wheels/*.whl
# Hookline itself stands beside what it needs, so that a new version is one small layer.
COPY pyproject.toml README.md LICENSE ./
COPY hookline hookline
COPY eventsource eventsource
COPY sensor sensor
COPY trigger trigger
COPY server server
RUN python -m pip wheel --no-index --no-deps --no-build-isolation -w /app .
RUN python -m pip --python /opt/hookline/bin/python install --no-index --no-deps \
    --prefix /opt/app --no-warn-script-location /app/*.whl

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="Hookline" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/hookline /opt/hookline
COPY --from=build /opt/app /opt/hookline
ENV PATH=/opt/hookline/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /
EXPOSE 7788
STOPSIGNAL SIGTERM
ENTRYPOINT ["hookline"]
CMD ["run", "/etc/hookline/manifests"]
