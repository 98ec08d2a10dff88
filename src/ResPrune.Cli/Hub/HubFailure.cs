namespace ResPrune.Cli.Hub;

/// <summary>Why a model could not be had.</summary>
internal enum HubFailure
{
    /// <summary>There is no such repository, revision or file, here or on the hub.</summary>
    NotFound,

    /// <summary>The hub knows it and does not give it to this user.</summary>
    Denied,

    /// <summary>It is there and is nothing that the runtime loads.</summary>
    Unusable,

    /// <summary>The hub or the host it sends to did not answer, or not in time.</summary>
    Unreachable,

    /// <summary>What was answered is not the hub's protocol, or is not safe to follow.</summary>
    Protocol,

    /// <summary>What arrived is not what the hub announced.</summary>
    Corrupt,

    /// <summary>The disk is full, or will be.</summary>
    DiskFull,

    /// <summary>The disk refuses for another reason.</summary>
    Storage,
}
