"""Where identity connections were switched on, of applications and tenants that are gone.

They stayed behind until now: `ext-idp-conn-apps` failed for such a connection, and `get-ext-idp` named applications
that there were not. From here on they go with the application or the tenant.
"""

UP = """
delete from identity_connection_states s where place = 'app'
  and not exists (select 1 from apps a where a.pool_id = s.pool_id and a.id = s.place_id);
delete from identity_connection_states s where place = 'tenant'
  and not exists (select 1 from tenants t where t.pool_id = s.pool_id and t.id = s.place_id);
"""

DOWN = "select 1;  -- what is gone is not made again"
