"""The programs that train Portoon's nets and write them to `models`."""
