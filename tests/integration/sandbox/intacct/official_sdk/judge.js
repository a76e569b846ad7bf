// What a user of the official SDK does, step by step; the observations are printed as JSON.
"use strict";
const sdk = require("@intacct/intacct-sdk");
const known = JSON.parse(process.env.CREDENTIALS);
const { Common, OrderEntry, AccountsReceivable, InventoryControl } = sdk.Functions;
const seen = {};

function config(more = {}) {
  const made = new sdk.ClientConfig();
  Object.assign(made, {
    senderId: known.sender_id,
    senderPassword: known.sender_password,
    companyId: known.company_id,
    userId: known.user_id,
    userPassword: known.user_password,
    ...more,
  });
  return made;
}

function requests(more = {}) {
  return Object.assign(new sdk.RequestConfig(), { maxRetries: 0, ...more });
}

async function failure(work) {
  try {
    await work();
    return null;
  } catch (error) {
    return { kind: error.constructor.name, text: error.message, errors: error.errors || [] };
  }
}

function customer(id, name) {
  const made = new AccountsReceivable.CustomerCreate(`create-${id}`);
  Object.assign(made, { customerId: id, customerName: name, active: true, printAs: name, primaryEmailAddress: "a@example.com" });
  made.customFields = [["MAGENTO_CUSTOMER_ID", "7"]];
  return made;
}

function order(key, quantity) {
  const made = new OrderEntry.OrderEntryTransactionCreate(`order-${key}`);
  const line = new OrderEntry.OrderEntryTransactionLineCreate();
  Object.assign(line, { itemId: "WIDGET-01", warehouseId: "WH1", quantity, unit: "Each", price: 19.9, locationId: "100" });
  const shipping = new InventoryControl.TransactionSubtotalCreate();
  Object.assign(shipping, { description: "Shipping", total: 7.5, locationId: "100" });
  Object.assign(made, {
    transactionDefinition: "Sales Order",
    transactionDate: new Date("2026-03-02T00:00:00Z"),
    customerId: "C-10001",
    referenceNumber: key,
    paymentTerm: "Net 30",
    externalId: key,
    transactionCurrency: "USD",
    exchangeRateType: "Intacct Daily Rate",
    state: "Pending",
    customFields: [["MAGENTO_ORDER_ID", key]],
    lines: [line],
    subtotals: [shipping],
  });
  return made;
}

function query(object, fields, filter, more = {}) {
  const { Query, QuerySelect, QueryOrderBy } = Common.NewQuery;
  const made = new Query();
  made.fromObject = object;
  made.selectFields = new QuerySelect.SelectBuilder().addFields(fields).selects;
  made.filter = filter;
  made.orderBy = new QueryOrderBy.OrderBuilder().addAscending("RECORDNO").orders;
  return Object.assign(made, more);
}

async function main() {
  const { Filter } = Common.NewQuery.QueryFilter;
  seen.wrongUser = await failure(() => sdk.SessionProvider.factory(config({ userPassword: "wrong" })));
  seen.wrongSender = await failure(() => sdk.SessionProvider.factory(config({ senderPassword: "wrong" })));
  const session = await sdk.SessionProvider.factory(config());
  seen.session = { endpoint: session.endpointUrl, entity: session.entityId, user: session.userId };
  const client = new sdk.OnlineClient(session);

  // create, read, update, query and page, delete
  const made = await client.execute(customer("JS-1", "Zoë"), requests());
  const key = made.getResult().data[0].RECORDNO;
  seen.created = { count: made.getResult().count, type: made.getResult().listType, id: made.getResult().data[0].CUSTOMERID };
  const read = new Common.Read();
  Object.assign(read, { objectName: "CUSTOMER", keys: [key], fields: ["NAME", "MAGENTO_CUSTOMER_ID"] });
  seen.read = (await client.execute(read)).getResult().data[0];
  const change = new AccountsReceivable.CustomerUpdate();
  Object.assign(change, { customerId: "JS-1", customerName: "Zoë II", onHold: true });
  await client.execute(change);
  const found = await client.execute(query("CUSTOMER", ["NAME", "ONHOLD"], new Filter("CUSTOMERID").equalTo("JS-1")));
  seen.queried = { total: found.getResult().totalCount, row: found.getResult().data[0] };
  seen.pages = [];
  for (let offset = 0, left = 1; left > 0; offset += 3) {
    const page = await client.execute(query("ITEM", ["ITEMID"], undefined, { pageSize: 3, offset }));
    left = page.getResult().numRemaining;
    seen.pages.push(page.getResult().data.map((row) => row.ITEMID));
  }
  const first = new Common.ReadByQuery();
  Object.assign(first, { objectName: "ITEM", pageSize: 4, fields: ["ITEMID"] });
  first.query = new Common.Query.QueryString("STATUS = 'active'");
  let part = (await client.execute(first)).getResult();
  seen.more = [...part.data.map((row) => row.ITEMID)];
  while (part.numRemaining > 0) {
    const next = new Common.ReadMore();
    next.resultId = part.resultId;
    part = (await client.execute(next)).getResult();
    seen.more.push(...part.data.map((row) => row.ITEMID));
  }
  const drop = new AccountsReceivable.CustomerDelete();
  drop.customerId = "JS-1";
  seen.deleted = await failure(() => client.execute(drop));
  seen.gone = (await client.execute(query("CUSTOMER", ["NAME"], new Filter("CUSTOMERID").equalTo("JS-1")))).getResult().totalCount;

  // documents
  const entered = await client.execute(order("js:1", 3), requests());
  seen.docid = entered.getResult().key;
  const update = new OrderEntry.OrderEntryTransactionUpdate();
  const line = new OrderEntry.OrderEntryTransactionLineUpdate();
  Object.assign(line, { lineNo: 1, itemId: "WIDGET-01", warehouseId: "WH1", quantity: 5, locationId: "100" });
  Object.assign(update, { transactionId: seen.docid, lines: [line], message: "Thank you" });
  await client.execute(update);
  const orders = query("SODOCUMENT", ["DOCID", "TOTAL", "STATE", "MESSAGE", "MAGENTO_ORDER_ID"],
    new Filter("MAGENTO_ORDER_ID").in(["js:1", "js:2"]), { docParId: "Sales Order" });
  seen.order = (await client.execute(orders)).getResult().data[0];
  const shipper = new OrderEntry.OrderEntryTransactionCreate();
  const sent = new OrderEntry.OrderEntryTransactionLineCreate();
  Object.assign(sent, { itemId: "WIDGET-01", warehouseId: "WH1", quantity: 2, locationId: "100" });
  Object.assign(shipper, { transactionDefinition: "Shipper", transactionDate: new Date("2026-03-02T00:00:00Z"), createdFrom: seen.docid,
    customerId: "C-10001", paymentTerm: "Net 30", transactionCurrency: "USD", exchangeRateType: "Intacct Daily Rate", lines: [sent] });
  seen.shipper = (await client.execute(shipper)).getResult().key;
  seen.locked = await failure(() => client.execute(update));
  const second = (await client.execute(order("js:2", 1))).getResult().key;
  const erase = new OrderEntry.OrderEntryTransactionDelete();
  erase.documentId = second;
  seen.erased = (await client.execute(erase)).getResult().status;

  // fail, batch, roll back, reuse a control id
  seen.duplicate = await failure(() => client.execute(customer("C-10001", "Again")));
  seen.unknownField = await failure(() => client.execute(query("CUSTOMER", ["NO_SUCH_FIELD"])));
  const batch = await client.executeBatch([customer("JS-2", "Two"), customer("C-10001", "Again"), customer("JS-3", "Three")], requests());
  seen.batch = batch.results.map((one) => [one.status, one.functionName, one.controlId]);
  const whole = [customer("JS-4", "Four"), customer("C-10001", "Again"), customer("JS-5", "Five")];
  seen.rolledBack = await failure(() => client.executeBatch(whole, requests({ transaction: true })));
  const left = await client.execute(query("CUSTOMER", ["CUSTOMERID"], new Filter("CUSTOMERID").like("JS-%")));
  seen.left = left.getResult().data.map((row) => row.CUSTOMERID);
  await client.execute(order("js:3", 1), requests({ uniqueId: true }));
  seen.repeated = await failure(() => client.execute(order("js:3", 1), requests({ uniqueId: true })));

  // an entity, offline
  const east = new sdk.OnlineClient(await sdk.SessionProvider.factory(config({ entityId: "E100" })));
  await east.execute(customer("JS-EAST", "East"));
  seen.private = (await client.execute(query("CUSTOMER", ["NAME"], new Filter("CUSTOMERID").equalTo("JS-EAST")))).getResult().totalCount;
  const offline = new sdk.OfflineClient(config());
  seen.offline = (await offline.execute(customer("JS-OFF", "Later"), requests({ policyId: "hub-policy", controlId: "off-1" }))).status;
  seen.noPolicy = await failure(() => offline.execute(customer("JS-OFF", "Later"), requests({ policyId: "unknown" })));
  console.log(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
