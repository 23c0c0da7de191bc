-- The table these scripts are written for. Change the scripts, not your table.
create table users (
  id int auto_increment primary key,
  username varchar(191) collate utf8mb4_bin unique,
  email varchar(191) unique,
  phone varchar(64) unique,
  password varchar(255),
  name varchar(255),
  nickname varchar(255),
  photo text,
  company varchar(255),
  gender char(1) not null default 'U',
  email_verified boolean not null default false,
  phone_verified boolean not null default false,
  blocked boolean not null default false,
  logins_count int not null default 0,
  created_at timestamp(6) not null default current_timestamp(6)
) default charset = utf8mb4 collate = utf8mb4_general_ci;
