using System.Diagnostics.Metrics;
using System.Net;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;
using ResPrune.Inference.Engine;
using ResPrune.Server.Tls;

namespace ResPrune.Server.Fleet;

/// <summary>What is there before the silo is.</summary>
/// <param name="Store">Batches and answers.</param>
/// <param name="Images">Where jobs may take their images from.</param>
/// <param name="Redis">Membership and reminders.</param>
/// <param name="Engines">The devices; none on a control silo.</param>
/// <param name="Meters">The process's meters.</param>
/// <param name="Instruments">Those of the engines.</param>
/// <param name="Address">Where the others reach this silo.</param>
/// <param name="Listening">Where it listens.</param>
/// <param name="Tls">Its certificate and authority; null for plain connections.</param>
internal sealed record FleetSiloParts(
    IBlobStore Store,
    IImageRoots Images,
    RedisConnection Redis,
    FleetEngines Engines,
    IMeterFactory Meters,
    EngineInstruments Instruments,
    IPAddress Address,
    IPAddress Listening,
    TlsCredentials? Tls);
