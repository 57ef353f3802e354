#!/bin/sh
# Makes the passwords of the profile `scale` in docker-compose.yml at its first start, and the files that name them:
# nobody has to choose one, and none is the same anywhere else. What is there stays.
# Each folder is a volume that only those mount who need it.
set -eu

for server in redis timescaledb; do
  cd "/secrets/$server"
  # Written last.
  [ ! -s url ] || continue
  password=$(od -An -v -tx1 -N24 /dev/urandom | tr -d ' \n')
  printf '%s' "$password" >password
  case $server in
    redis)
      printf 'requirepass %s\n' "$password" >redis.conf
      url=redis://:$password@redis:6379
      ;;
    timescaledb) url=postgres://mini_tsdb:$password@timescaledb:5432/mini_tsdb ;;
  esac
  printf '%s\n' "$url" >url.new
  mv url.new url
done
