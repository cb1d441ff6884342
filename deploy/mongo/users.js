// Runs once, in an empty data folder: the user of the services, who may read and write data and no more.
db.getSiblingDB("admin").createUser({
  user: "motcua",
  pwd: process.env.MOTCUA_MONGO_PASSWORD,
  roles: ["readWriteAnyDatabase"],
});
