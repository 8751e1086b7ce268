"""Lists of an invented phone, written as the systems write them."""

from __future__ import annotations

import json

TCP = b"""  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 1401A8C0:9C41 146433C6:0050 01 00000000:00000000 00:00000000 00000000 10123        0 41 1 0000000000000000 20 4 30 10 -1
   1: 1401A8C0:9C42 146433C6:0050 06 00000000:00000000 03:00000F5C 00000000     0        0 0 3 0000000000000000
   2: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 42 1 0000000000000000 100 0 0 10 0
"""
TCP6 = b"""  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00001401A8C0:9C43 0000000000000000FFFF0000146433C6:01BB 01 00000000:00000000 00:00000000 00000000 10124        0 43 1 0000000000000000 20 4 30 10 -1
   1: B80D0120000000000000000001000000:9C44 B80D0120000000000000000002000000:01BB 01 00000000:00000000 00:00000000 00000000 10125        0 44 1 0000000000000000 20 4 30 10 -1
"""
UDP = b"""   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  123: 00000000:A028 00000000:0000 07 00000000:00000000 00:00000000 00000000 10126        0 45 2 0000000000000000 0
"""
SHELL = b"""package:com.example.weather uid:10123
package:/data/app/~~ab==/com.example.shop-cd==/base.apk=com.example.shop uid:10124,1010124
"""
FILE = b"""com.example.weather 10123 0 /data/user/0/com.example.weather default:targetSdkVersion=33 3003 0 1 1 @null
com.example.shop 10124 0 /data/user/0/com.example.shop default:targetSdkVersion=30 none 0 1 1 @null
"""
DUMP = b"""Database versions:
  Internal:
    sdkVersion=33

Packages:
  Package [com.example.weather] (1a2b3c):
    userId=10123
    pkg=Package{4d5e6f com.example.weather}
  Package [com.example.shop] (7a8b9c):
    appId=10124
"""
NETSTATS = b"""UID stats:
  Pending bytes: 10
  History since boot:
  ident=[{type=1, ratType=COMBINED, wifiNetworkKey="Home"open, metered=false, defaultNetwork=true}] uid=10123 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1699999200 rb=100 rp=1 tb=50 tp=1 op=0
      st=1700006400 rb=100 rp=1 tb=0 tp=0 op=0
  ident=[{type=1}] uid=10124 set=FOREGROUND tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1700006400 rb=100 rp=1 tb=70 tp=1 op=0
  ident=[{type=1}] uid=10125 set=DEFAULT tag=0xf00d
    NetworkStatsHistory: bucketDuration=7200
      st=1699999200 rb=100 rp=1 tb=70 tp=1 op=0
  ident=[{type=1}] uid=-1 set=ALL tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1699999200 rb=100 rp=1 tb=70 tp=1 op=0
"""
OLD_NETSTATS = b"""UID stats:
  ident=[[type=WIFI, subType=COMBINED, networkId="Home"]] uid=10123 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200000
      bucketStart=1699999200000 activeTime=7200000 rxBytes=100 rxPackets=1 txBytes=50 txPackets=1 operations=0
"""
TRACE = json.dumps(
    [
        {
            "type": "socket_trace_log", "dump": "socket_trace.json", "data_type": "json", "pid": 77,
            "timestamp": 1_700_000_000_000, "process": "com.example.weather:push",
            "data": {
                "socket_fd": 9, "socket_type": "tcp6", "pid": 77, "socket_event_type": "sendto",
                "dest_ip": "::ffff:198.51.100.20", "dest_port": 443, "local_ip": "::ffff:192.168.1.20", "local_port": 40001,
            },
        },
        {"data": {"socket_type": "tcp"}, "process": "com.example.cut"},
        {"data": None}, 7,
    ]
).encode()  # fmt: skip
ALL = [
    ("proc-net", TCP),
    ("proc-net", b"Sun Nov 22 04:00:00 UTC 2026\n" + TCP6 + UDP),
    ("package-list", SHELL),
    ("package-list", FILE),
    ("package-list", DUMP),
    ("netstats", NETSTATS),
    ("netstats", OLD_NETSTATS),
    ("socket-trace", TRACE),
]
