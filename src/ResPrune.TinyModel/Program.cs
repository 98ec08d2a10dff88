using ResPrune.TinyModel;

return Commands.Run(args, Console.Out, Console.Error);
