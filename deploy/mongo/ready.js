// The health check: this member takes writes. The first time, it makes the replica set of one.
if (!db.hello().isWritablePrimary) {
  try {
    rs.status();
  } catch (refusal) {
    if (refusal.codeName !== "NotYetInitialized") throw refusal;
    rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] });
  }
  quit(1);
}
