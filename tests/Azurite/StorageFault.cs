namespace ResPrune.Azurite;

/// <summary>What a <see cref="FaultyProxy"/> does to one request.</summary>
internal enum StorageFault
{
    /// <summary>Passes it on and passes the reply back.</summary>
    None,

    /// <summary>Passes it on, waits until it is carried out, and cuts the connection instead of the reply.</summary>
    LoseReply,

    /// <summary>Cuts the connection; the service never sees the request.</summary>
    LoseRequest,

    /// <summary>Passes half of the body of a successful read back and cuts the connection.</summary>
    CutReply,

    /// <summary>Answers 503 ServerBusy itself.</summary>
    Busy,

    /// <summary>Answers 429 itself, with a moment to wait.</summary>
    Throttled,

    /// <summary>Takes the request and says nothing until the client gives up.</summary>
    Silence,

    /// <summary>Takes the request and passes it on much later, also when the client has gone meanwhile.</summary>
    Late,
}
